import type { FolderReporter } from './reporter.ts';

export const allure: FolderReporter = { files: () => ({}) };
