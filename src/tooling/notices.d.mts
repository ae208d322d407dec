import type { Plugin } from 'rolldown';

export function collectNotices(): { plugin: Plugin; text(): string };
