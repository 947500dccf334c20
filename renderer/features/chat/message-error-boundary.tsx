import { Component, type ReactNode } from 'react';
import { reportError } from '../../stores/bridge';

interface Props {
  /** What is drawn; when it changes after a failure, drawing is tried again. */
  readonly subject: unknown;
  readonly fallback: ReactNode;
  readonly children: ReactNode;
  /** Drawing failed, was tried once more, and failed again. */
  readonly onBroken?: () => void;
}

/** Drawing is tried this often before it is given up. */
const attempts = 2;

/** A message that cannot be drawn is replaced by a line; the rest of the conversation stays. */
export class MessageErrorBoundary extends Component<
  Props,
  { readonly failures: number; readonly broken: boolean }
> {
  override state = { failures: 0, broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override componentDidCatch(error: unknown): void {
    const failures = this.state.failures + 1;
    if (failures < attempts) {
      this.setState({ failures, broken: false });
      return;
    }
    this.setState({ failures });
    reportError(error);
    this.props.onBroken?.();
  }

  override componentDidUpdate(previous: Props): void {
    if (this.state.broken && previous.subject !== this.props.subject)
      this.setState({ failures: 0, broken: false });
  }

  override render(): ReactNode {
    return this.state.broken ? this.props.fallback : this.props.children;
  }
}
