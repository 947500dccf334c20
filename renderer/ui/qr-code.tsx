import { encode } from 'uqr';
import { useMemo } from 'react';
import './qr-code.css';

/** Quiet zone around the code, in modules, as the standard asks for. */
const quietZone = 4;

/** One path over all dark modules: a rectangle for every run of them in a row. */
export function qrPath(modules: readonly (readonly boolean[])[]): string {
  let path = '';
  modules.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] !== true) continue;
      let end = x;
      while (row[end] === true) end += 1;
      path += `M${x} ${y}h${end - x}v1H${x}z`;
      x = end;
    }
  });
  return path;
}

/** A QR code, drawn dark on white in every theme: scanners want that. */
export function QrCode(props: { readonly text: string; readonly label: string; readonly size?: number }) {
  const { text, label, size = 176 } = props;
  const code = useMemo(() => encode(text, { ecc: 'M', border: quietZone }), [text]);
  return (
    <svg
      className="qr-code"
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${code.size} ${code.size}`}
      shapeRendering="crispEdges"
      data-testid="qr-code"
    >
      <path className="qr-code__paper" d={`M0 0h${code.size}v${code.size}H0z`} />
      <path className="qr-code__ink" d={qrPath(code.data)} />
    </svg>
  );
}
