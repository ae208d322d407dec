import { isPlainObject } from '../../../base/plain-object.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Returns the value with `${NAME}`, `${NAME:-default}`, `${NAME?message}` and `$NAME` replaced, also in a default; an unset
 * variable is empty.
 */
export function interpolated(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') {
    return value.replace(
      /\$(?:\$|\{(\w+)(?:(:?[-?+])((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*))?\}|(\w+))/g,
      (all, braced: string | undefined, operator = '', operand = '', plain: string | undefined) => {
        const name = braced ?? plain;
        if (name === undefined) return all.slice(1);
        const set = variables[name];
        const isSet = set !== undefined && (set !== '' || !operator.startsWith(':'));
        const other = () => interpolated(operand, variables) as string;
        if (operator.endsWith('+')) return isSet ? other() : '';
        return isSet ? set : operator.endsWith('-') ? other() : '';
      },
    );
  }
  if (Array.isArray(value)) return value.map((each) => interpolated(each, variables));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpolated(each, variables)]));
}
