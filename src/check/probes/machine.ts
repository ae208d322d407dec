/** Exit and output of a command. */
export interface CommandResult {
  /** `null`: a signal ended it. */
  exitCode: number | null;
  /** Signal that ended it: `SIGKILL`. Absent: it ended by itself. */
  signal?: string;
  /** The last 16 MiB, as UTF-8. */
  stdout: string;
  /** The last 16 MiB, as UTF-8. */
  stderr: string;
  /** True if there was more output than is kept. */
  truncated?: boolean;
  /** True if the end of the output was not seen: another process keeps it open. */
  unended?: boolean;
  /** Milliseconds until it ended. */
  durationMs: number;
}

/** Runs commands. */
export interface CommandProbe {
  /**
   * A non-zero exit is a result, not an error. Of each output the last 16 MiB are kept. When time is up, all that it started is
   * killed, and it rejects with `TIMEOUT`; the error's details hold the last of `stdout` and `stderr`.
   */
  run(command: {
    /** Without a shell. A string is for `/bin/sh -c`. */
    command: string | [file: string, ...args: string[]];
    /** Working folder, relative to the project's. Default: the one of meatymusic. */
    cwd?: string;
    /** Variables beside those of meatymusic. Default: none. */
    env?: Record<string, string>;
    /** Text of its standard input. Default: it is empty. */
    stdin?: string;
    /** Default: the rest of the attempt. */
    timeoutMs?: number;
    /** Whether a person sees its lines while it runs: for what takes minutes. */
    live?: boolean;
  }): Promise<CommandResult>;
}

/** The algorithm of a checksum. */
export type Checksum = 'md5' | 'sha256' | 'sha512';

/** Reads files. */
export interface FileProbe {
  /** Of a link itself; checksums are those of the file that it leads to. */
  stat(query: {
    /** Absolute, or relative to the working folder of meatymusic. */
    path: string;
    /** Checksums to compute. Default: none. */
    checksums?: Checksum[];
  }): Promise<{
    exists: boolean;
    /** Absent, like all that follows: the file does not exist. */
    type?: 'file' | 'directory' | 'symlink' | 'socket' | 'pipe' | 'character-device' | 'block-device';
    /** `0644`. */
    mode?: string;
    /** Bytes. */
    size?: number;
    /** Number of the owner. */
    uid?: number;
    /** Number of the group. */
    gid?: number;
    /** Name of the owner. Absent: the system has none for the number. */
    owner?: string;
    /** Name of the group. Absent: the system has none for the number. */
    group?: string;
    /** Target of a link. */
    linkedTo?: string;
    /** Those that were asked for, where there is a file to read. */
    checksums?: Partial<Record<Checksum, string>>;
  }>;
  /** Reads the beginning of a file as UTF-8. `bytes` is the size of the file; `truncated`: `text` is not all of it. */
  read(query: {
    /** Absolute, or relative to the working folder of meatymusic. */
    path: string;
    /** Default 1 MiB. */
    maxBytes?: number;
  }): Promise<{ text: string; bytes: number; truncated: boolean }>;
}

/** Finds processes. */
export interface ProcessProbe {
  /** Finds processes by the name of their program; the attempts of a run share one list for half a second. */
  find(query: { name: string }): Promise<{ running: boolean; pids: number[] }>;
}
