/** @returns the URL, when it is one of http or https that names no user: `https://bank.example@evil.example` leads to the latter */
export function httpUrl(text: string, base?: string): URL | undefined {
  try {
    const url = new URL(text, base);
    const isPlain = url.username === '' && url.password === '';
    return isPlain && /^https?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}
