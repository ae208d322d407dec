import { describe, expect, test } from 'vitest';
import { composeSong } from './song.ts';

describe('composeSong', () => {
  test('the same seed gives the same song, byte for byte', () => {
    expect(JSON.stringify(composeSong('lantern'))).toBe(JSON.stringify(composeSong('lantern')));
  });

  test('another seed gives another song', () => {
    const songs = new Set(
      Array.from({ length: 200 }, (_, n) => JSON.stringify({ ...composeSong(`s${n}`), seed: '' })),
    );
    expect(songs.size).toBe(200);
  });

  test('stays what it was in earlier releases', () => {
    const { title, key, tempo_bpm, sections } = composeSong('meatymusic');
    expect({ title, key, tempo_bpm, sections: sections.length }).toMatchInlineSnapshot(`
      {
        "key": "C major",
        "sections": 8,
        "tempo_bpm": 81,
        "title": "Paper Orchards",
      }
    `);
  });
});
