/**
 * Origins as bytes: for each run of tokens from one revision its number, as the difference to the run before (zigzag), and
 * its length, both as LEB128. A text of thousands of tokens takes some hundred bytes.
 */

export function encodeOrigins(origins: Uint32Array): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (let start = 0; start < origins.length;) {
    const origin = origins[start] ?? 0;
    let end = start + 1;
    while (end < origins.length && origins[end] === origin) end += 1;
    const step = origin - before;
    writeNumber(bytes, step < 0 ? -2 * step - 1 : 2 * step);
    writeNumber(bytes, end - start);
    before = origin;
    start = end;
  }
  return Uint8Array.from(bytes);
}

/** @throws RangeError when the bytes do not end with a run, or make more than `tokensMax` tokens. */
export function decodeOrigins(bytes: Uint8Array, tokensMax = Infinity): Uint32Array {
  const runs: number[] = [];
  let total = 0;
  let origin = 0;
  for (let at = 0; at < bytes.length;) {
    const step = readNumber(bytes, at);
    const length = readNumber(bytes, step.end);
    origin += step.value % 2 === 0 ? step.value / 2 : -(step.value + 1) / 2;
    runs.push(origin, length.value);
    total += length.value;
    at = length.end;
  }
  if (!(total <= tokensMax)) throw new RangeError(`${total} tokens are more than ${tokensMax}`);
  const origins = new Uint32Array(total);
  let start = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const end = start + (runs[i + 1] ?? 0);
    origins.fill(runs[i] ?? 0, start, end);
    start = end;
  }
  return origins;
}

function writeNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function readNumber(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let factor = 1;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: at + 1 };
    factor *= 0x80;
  }
  throw new RangeError("A number goes on beyond the end of the bytes");
}
