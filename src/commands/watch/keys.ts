/** What a person asks for. */
export type Key = 'all' | 'failed' | 'pattern' | 'quit' | 'interrupt';

const keys: Readonly<Record<string, Key>> = {
  a: 'all',
  '\r': 'all',
  '\n': 'all',
  f: 'failed',
  p: 'pattern',
  q: 'quit',
  '\x03': 'interrupt',
  '\x04': 'quit',
};

export interface Keyboard {
  /** Resolves to the next line, which the terminal itself lets edit; `undefined` at the end of the input. */
  line(): Promise<string | undefined>;
  close(): void;
}

/** Reads single keys from a terminal. */
export function openKeyboard(stdin: NodeJS.ReadStream, onKey: (key: Key) => void): Keyboard {
  let takeLine: ((text: string | undefined) => void) | undefined;
  const onData = (text: string) => {
    if (takeLine) return takeLine(text);
    for (const letter of text) {
      const key = keys[letter];
      if (key) onKey(key);
    }
  };
  const onEnd = () => {
    takeLine?.(undefined);
    onKey('quit');
  };
  stdin.setEncoding('utf8');
  stdin.setRawMode(true);
  stdin.on('data', onData);
  stdin.on('end', onEnd);
  stdin.resume();
  return {
    async line() {
      stdin.setRawMode(false);
      const text = await new Promise<string | undefined>((resolve) => {
        takeLine = resolve;
      });
      takeLine = undefined;
      stdin.setRawMode(true);
      return text;
    },
    close() {
      takeLine?.(undefined);
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      stdin.setRawMode(false);
      stdin.pause();
    },
  };
}
