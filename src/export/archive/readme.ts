/** The page that greets whoever opens an archive. */

export interface ReadmeFacts {
  readonly id: string;
  readonly name: string;
  readonly licence: string | undefined;
  /** Entries. */
  readonly size: number;
  readonly date: string;
  readonly vkey: string;
}

export function readmeOf({ id, name, licence, size, date, vkey }: ReadmeFacts): string {
  const title = name.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>#|]/g, "\\$&");
  return `# ${title}: a complete copy

This folder holds everything the community **${title}** had on record on ${date}: every accepted version and every
suggestion, who wrote it and when, and the signatures that show that nothing was changed since.

| | |
|---|---|
| Community | \`${id}\` |
| Entries | ${size} |
| Licence | ${licence ?? "none is named for the whole; each page may name its own"} |
| Verifier key | \`${vkey}\` |

The community's id is the only thing to trust: compare it with one you have from somewhere else.

## Look

The contents lie in \`data/part/\`, each file under its SHA-256, without its name. To read them as pages with names,
history and search, restore the copy with Commonlore:

\`\`\`
lore restore THIS-FOLDER
\`\`\`

## Check

- Open \`verify.html\` in a browser, give it the community's id as you know it from somewhere else, and drop this folder
  onto it. It uses no network.
- Or, without any program of ours: \`sha256sum -c manifest-sha256.txt\` shows that no file is damaged, and any
  C2SP tlog-tiles client checks the record in \`data/\` with the verifier key above.

## Layout

\`bagit.txt\`, \`bag-info.txt\` and the manifests make this a BagIt 1.0 bag. \`data/\` is the payload: \`checkpoint\`,
\`tile/\`, \`sidecars/\`, \`part/\`. Every format is described in \`formats/\`, beginning with \`formats/archive.md\`.
What somebody had erased is not here, and cannot be guessed from what is.
`;
}
