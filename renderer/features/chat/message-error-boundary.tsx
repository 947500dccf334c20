import { Component, type ReactNode } from 'react';
import { reportError } from '../../stores/bridge';

interface Props {
  /** What is drawn; when it changes after a failure, drawing is tried again. */
  readonly subject: unknown;
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

  override componentDidUpdate(previous: Props): void {
    if (this.state.broken && previous.subject !== this.props.subject) this.setState({ broken: false });
  }

  override render(): ReactNode {
    return this.state.broken ? this.props.fallback : this.props.children;
  }
}
