import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { hearWindowErrors } from './app/window-errors';
import { applyTheme } from './app/theme';
import { resolveLanguage, startTexts } from './i18n';
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';

hearWindowErrors();
applyTheme('system');
startTexts(resolveLanguage('system', navigator.language));

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(<App />);
