export function buildStack(options: {
  root: string;
  out: string;
  common: Record<string, unknown>;
}): Promise<void>;
