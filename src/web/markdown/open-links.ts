/**
 * Links that a rendering leaves open: markup holds `NUL number NUL` where link `number` goes, and whoever shows it fills
 * that in (links.ts). NUL cannot come from the text, since Markdown replaces it.
 */

/** `fragment`: a heading of the same page. `wiki`: by name. `said`: by the number of an origin. */
export interface OpenLink {
  readonly form: "link" | "image" | "wiki" | "wiki-image" | "fragment" | "said";
  readonly href: string;
  /** Of a picture: its words, its width where given. */
  readonly alt?: string;
  readonly width?: string;
  /** Whether it stands inside a link. */
  readonly isLinked?: boolean;
}

/** What the renderer's rules collect. */
interface Collected {
  readonly links: OpenLink[];
}

/** Notes a link in the env of a rendering; answers what stands for it in the markup. */
export function leftOpen(env: unknown, link: OpenLink): string {
  // The env of every render.
  const { links } = env as Collected;
  links.push(link);
  return `\0${links.length - 1}\0`;
}
