import { useId, type ReactNode } from 'react';

/** One subject within a section: a heading, one sentence, controls. */
export function Panel(props: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly tone?: 'danger';
  readonly testId?: string;
  readonly children?: ReactNode;
}) {
  const id = useId();
  return (
    <section className="panel" data-tone={props.tone} aria-labelledby={id} data-testid={props.testId}>
      <h3 className="panel__title" id={id}>
        {props.title}
      </h3>
      {props.text !== undefined && <p className="panel__text">{props.text}</p>}
      {props.children}
    </section>
  );
}

/** Facts as name and value; names are short, values may be long and can be selected. */
export function Facts(props: { readonly children: ReactNode }) {
  return <dl className="facts selectable">{props.children}</dl>;
}

/** One fact. */
export function Fact(props: {
  readonly name: string;
  readonly testId?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="facts__row">
      <dt>{props.name}</dt>
      <dd data-testid={props.testId}>{props.children}</dd>
    </div>
  );
}
