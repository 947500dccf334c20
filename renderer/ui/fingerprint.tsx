/** Groups of four characters, without the name of the hash. */
export function fingerprintGroups(fingerprint: string): readonly string[] {
  const digits = fingerprint.replace(/^sha256:/i, '').replace(/[^0-9a-f]/gi, '');
  return digits.toLowerCase().match(/.{1,4}/g) ?? [];
}

/** A fingerprint that can be read aloud and compared. */
export function Fingerprint(props: { readonly value: string }) {
  return (
    <div className="fingerprint" data-testid="fingerprint">
      {fingerprintGroups(props.value).map((group, index) => (
        <span key={index}>{group}</span>
      ))}
    </div>
  );
}
