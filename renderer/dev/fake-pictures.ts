/** Pictures and sounds made on the spot for the fake engine. Development only. */

/** A calm landscape as the address of a picture. */
export function picture(width: number, height: number, hue: number): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 400 300" preserveAspectRatio="xMidYMid slice">
<defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="hsl(${hue},55%,78%)"/><stop offset="1" stop-color="hsl(${hue + 40},60%,90%)"/></linearGradient></defs>
<rect width="400" height="300" fill="url(#s)"/><circle cx="300" cy="80" r="34" fill="hsl(${hue + 60},90%,94%)"/>
<path d="M0 220 90 120 170 210 250 130 400 240V300H0Z" fill="hsl(${hue},35%,48%)"/>
<path d="M0 260 120 200 220 260 320 210 400 250V300H0Z" fill="hsl(${hue - 10},38%,34%)"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** A soft tone of some seconds as the address of a sound. */
export function sound(seconds: number): string {
  const rate = 8000;
  const samples = rate * seconds;
  const view = new DataView(new ArrayBuffer(44 + samples));
  const write = (at: number, letters: string): void =>
    [...letters].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  write(0, 'RIFF');
  view.setUint32(4, 36 + samples, true);
  write(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  write(36, 'data');
  view.setUint32(40, samples, true);
  for (let index = 0; index < samples; index += 1)
    view.setUint8(44 + index, 128 + Math.round(20 * Math.sin((index * 2 * Math.PI * 220) / rate)));
  return URL.createObjectURL(new Blob([view.buffer], { type: 'audio/wav' }));
}
