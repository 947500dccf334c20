import { Component, type ReactNode } from 'react';
import { reportError } from '../../stores/bridge';

interface Props {
  readonly fallback: ReactNode;
  readonly children: ReactNode;
}

/** A message that cannot be drawn is replaced by a line; the rest of the conversation stays. */
export class MessageErrorBoundary extends Component<Props, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override componentDidCatch(error: unknown): void {
    reportError(error);
  }

  override render(): ReactNode {
    return this.state.broken ? this.props.fallback : this.props.children;
  }
}
