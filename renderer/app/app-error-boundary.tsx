import i18next from 'i18next';
import { Component, type ReactNode } from 'react';
import { reportError } from '../stores/bridge';
import { Button } from '../ui/button';
import { EmptyState } from '../ui/empty-state';

/** When the window itself breaks: calm words and a way on. The data is in the main process and untouched. */
export class AppErrorBoundary extends Component<
  { readonly children: ReactNode },
  { readonly broken: boolean }
> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override componentDidCatch(error: unknown): void {
    reportError(error);
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <EmptyState title={i18next.t('app.crashedTitle')} text={i18next.t('app.crashedText')} testId="crashed">
        <Button tone="primary" onClick={() => window.location.reload()}>
          {i18next.t('app.reload')}
        </Button>
      </EmptyState>
    );
  }
}
