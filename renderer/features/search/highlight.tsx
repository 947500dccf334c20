/** Plain text with ranges [start, end) marked. Ranges that overlap or lie outside are cut to what fits. */
export function Highlight(props: {
  readonly text: string;
  readonly ranges: readonly (readonly [number, number])[];
}) {
  const { text } = props;
  const pieces: { readonly text: string; readonly marked: boolean }[] = [];
  let done = 0;
  for (const [from, to] of [...props.ranges].sort((first, second) => first[0] - second[0])) {
    const start = Math.max(done, Math.min(from, text.length));
    const end = Math.max(start, Math.min(to, text.length));
    if (end === start) continue;
    if (start > done) pieces.push({ text: text.slice(done, start), marked: false });
    pieces.push({ text: text.slice(start, end), marked: true });
    done = end;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), marked: false });
  return (
    <>{pieces.map((piece, index) => (piece.marked ? <mark key={index}>{piece.text}</mark> : piece.text))}</>
  );
}
