import type { ReactNode } from 'react';

/** Says what would be here and offers the next step. */
export function EmptyState(props: {
  readonly picture?: ReactNode;
  readonly title: string;
  readonly text?: string;
  readonly testId?: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="empty-state" data-testid={props.testId}>
      {props.picture}
      <h2 className="empty-state__title">{props.title}</h2>
      {props.text !== undefined && <p className="empty-state__text">{props.text}</p>}
      {props.children !== undefined && <div className="empty-state__actions">{props.children}</div>}
    </div>
  );
}
