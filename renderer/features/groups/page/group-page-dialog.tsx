/** The page of a group; it closes when the place it was asked for is none. */
export function GroupPageDialog(props: {
  readonly account: string;
  readonly about: string | null;
  readonly onClose: () => void;
}) {
  return props.about === null ? null : <div data-testid="group-page" />;
}
