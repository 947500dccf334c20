import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { hearWindowErrors } from './app/window-errors';
import { applyTheme } from './app/theme';
import { changeLanguage, resolveLanguage, startTexts } from './i18n';
import { reportError } from './stores/bridge';
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';

hearWindowErrors();
applyTheme('system');
startTexts();

const element = document.getElementById('root');
if (element === null) throw new Error('index.html has no #root');
const root = createRoot(element);
void changeLanguage(resolveLanguage('system', navigator.language))
  .catch(reportError)
  .then(() => root.render(<App />));
