import ora from 'ora';
import { safeLine } from '../base/safe-text.ts';
import { canvasOf, type Screen } from './screen.ts';

const delayMs = 200;

/**
 * One line with a spinner while the work lasts, where it lasts; nothing of it stays. What others write meanwhile appears
 * above it. `say` changes the text, which may come from anywhere.
 */
export async function spinWhile<T>(
  screen: Screen,
  text: string,
  work: (say: (text: string) => void) => Promise<T>,
): Promise<T> {
  const { stream, flushed } = canvasOf(screen);
  const spinner = ora({
    stream,
    isEnabled: true,
    discardStdin: false,
    color: screen.color ? 'cyan' : false,
  });
  const say = (line: string) => {
    spinner.text = safeLine(line, screen.columns - 3);
  };
  say(text);
  const timer = setTimeout(() => spinner.start(), delayMs);
  try {
    return await work(say);
  } finally {
    clearTimeout(timer);
    if (spinner.isSpinning) spinner.stop();
    await flushed();
  }
}
