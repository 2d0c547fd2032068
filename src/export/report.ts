/** What every export answers and tells on the way. */

export interface ExportProgress {
  readonly stage: string;
  readonly done: number;
  /** 0 while it is not known. */
  readonly of: number;
}

export type OnProgress = (progress: ExportProgress) => void;

/** A unit that the copy does not hold, and why. */
export interface LeftOut {
  /** Unit id, base32. */
  readonly unit: string;
  readonly title: string;
  /** Where it would stand, when it has a path. */
  readonly path?: string;
  readonly reason: string;
}

/** What is left out, by its path where it has one: many may share a title. */
export function shownLeftOut({ path, title }: LeftOut): string {
  return path === undefined ? title : `${path} (${title})`;
}
