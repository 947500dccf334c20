import type { ReactNode } from 'react';

/** A line over the conversation: a glyph, words, and at most two things to do. */
export function ConnectionBar(props: {
  readonly tone: 'neutral' | 'warning' | 'danger';
  readonly state: string;
  readonly icon: ReactNode;
  readonly children: ReactNode;
  readonly action?: ReactNode;
  /** A reminder is no trouble of the connection. */
  readonly testId?: 'connection' | 'attention';
}) {
  return (
    <div
      className="connection-bar"
      data-tone={props.tone}
      data-state={props.state}
      role="status"
      data-testid={props.testId ?? 'connection'}
    >
      {props.icon}
      <div className="connection-bar__text">{props.children}</div>
      {props.action !== undefined && <div className="connection-bar__actions">{props.action}</div>}
    </div>
  );
}
