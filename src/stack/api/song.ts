import { createHash } from 'node:crypto';

export interface Song {
  seed: string;
  /** Changes whenever the same seed would no longer give the same song. */
  algorithm: 'meatymusic-1';
  title: string;
  genre: string;
  mood: string;
  key: string;
  tempo_bpm: number;
  sections: { name: string; bars: number; chords: string[]; lyric: string }[];
}

const genres = [
  'indie folk',
  'synth pop',
  'lo-fi hip hop',
  'bossa nova',
  'dream pop',
  'garage rock',
  'trip hop',
  'chamber pop',
];
const moods = ['wistful', 'sunlit', 'restless', 'tender', 'defiant', 'hushed', 'playful', 'nocturnal'];
const tonics = ['C', 'D♭', 'D', 'E♭', 'E', 'F', 'F♯', 'G', 'A♭', 'A', 'B♭', 'B'];
const adjectives = [
  'Paper',
  'Copper',
  'Northern',
  'Borrowed',
  'Velvet',
  'Electric',
  'Quiet',
  'Salted',
  'Hollow',
  'Golden',
];
const nouns = [
  'Lanterns',
  'Weather',
  'Harbours',
  'Satellites',
  'Orchards',
  'Static',
  'Rivers',
  'Postcards',
  'Mirrors',
  'Trains',
];
const openings = [
  'I left the light on',
  'We counted every station',
  'You hum along in colour',
  'The rooftops keep our secrets',
  'Nobody told the morning',
];
const closings = [
  'until the tide forgot',
  'and the radio agreed',
  'like rain that learned to dance',
  'while the city held its breath',
  'and that was enough',
];
const progressions: Record<'major' | 'minor', readonly string[][]> = {
  major: [
    ['I', 'V', 'vi', 'IV'],
    ['vi', 'IV', 'I', 'V'],
    ['ii', 'V', 'I', 'vi'],
    ['I', 'iii', 'IV', 'iv'],
  ],
  minor: [
    ['i', 'VII', 'VI', 'VII'],
    ['i', 'iv', 'VII', 'III'],
    ['VI', 'VII', 'i', 'i'],
    ['i', 'VI', 'III', 'VII'],
  ],
};
const forms = [
  ['intro', 'verse', 'chorus', 'verse', 'chorus', 'bridge', 'chorus', 'outro'],
  ['intro', 'verse', 'verse', 'chorus', 'verse', 'chorus', 'outro'],
  ['verse', 'pre-chorus', 'chorus', 'verse', 'pre-chorus', 'chorus', 'bridge', 'chorus'],
];

/** A song plan that depends on nothing but the seed: no clock, no process, no machine. */
export function composeSong(seed: string): Song {
  const pick = picker(seed);
  const one = <T>(choices: readonly T[]): T => choices[pick(choices.length)] as T;
  const mode = one(['major', 'minor'] as const);
  const form = one(forms);
  // A verse is recognised by its chords, so each kind of section has its own.
  const chords = new Map([...new Set(form)].map((name) => [name, one(progressions[mode])]));
  return {
    seed,
    algorithm: 'meatymusic-1',
    title: `${one(adjectives)} ${one(nouns)}`,
    genre: one(genres),
    mood: one(moods),
    key: `${one(tonics)} ${mode}`,
    tempo_bpm: 68 + pick(88),
    sections: form.map((name) => ({
      name,
      bars: one([4, 8, 8, 16]),
      chords: [...(chords.get(name) ?? [])],
      lyric: name === 'intro' || name === 'outro' ? '' : `${one(openings)} ${one(closings)}`,
    })),
  };
}

/** Numbers below `limit`, from the seed's SHA-256 in counter mode. */
function picker(seed: string): (limit: number) => number {
  let [block, counter, offset] = [Buffer.alloc(0), 0, 0];
  return (limit) => {
    if (offset + 4 > block.length) {
      block = createHash('sha256').update(`${counter++}:${seed}`).digest();
      offset = 0;
    }
    const value = block.readUInt32BE(offset);
    offset += 4;
    return Math.floor((value / 2 ** 32) * limit);
  };
}
