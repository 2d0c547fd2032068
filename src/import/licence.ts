/**
 * Recognises the licence a source carries, by the words that only that text has. Answers an SPDX identifier or
 * nothing: what is not certain is left to a person.
 */

const FILE = /^(un)?licen[cs]e(\.(md|txt|rst))?$|^copying(\.(md|txt))?$/i;
/** The telling words stand near the beginning. */
export const LICENCE_SEARCH_BYTES = 8_192;

/** In this order: a text that quotes another licence is recognised by its own words first. */
const TELLING: readonly (readonly [spdx: string, words: RegExp])[] = [
  ["Unlicense", /free and unencumbered software released into the public domain/i],
  ["CC0-1.0", /CC0 1\.0 Universal|CC0 Public Domain Dedication|creativecommons\.org\/publicdomain\/zero\/1\.0/i],
  ["CC-BY-NC-SA-4.0", /Attribution-NonCommercial-ShareAlike 4\.0/i],
  ["CC-BY-NC-ND-4.0", /Attribution-NonCommercial-NoDerivatives 4\.0/i],
  ["CC-BY-NC-4.0", /Attribution-NonCommercial 4\.0/i],
  ["CC-BY-ND-4.0", /Attribution-NoDerivatives 4\.0/i],
  ["CC-BY-SA-4.0", /Attribution-ShareAlike 4\.0/i],
  ["CC-BY-SA-3.0", /Attribution-ShareAlike 3\.0/i],
  ["CC-BY-4.0", /Creative Commons Attribution 4\.0|Attribution 4\.0 International/i],
  ["CC-BY-3.0", /Creative Commons Attribution 3\.0|Attribution 3\.0 Unported/i],
  ["ODbL-1.0", /Open Database License \(ODbL\)|ODC Open Database License/i],
  ["PDDL-1.0", /Public Domain Dedication (?:and|&) License/i],
  ["AGPL-3.0-only", /GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3/i],
  ["LGPL-3.0-only", /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/i],
  ["GPL-3.0-only", /GNU GENERAL PUBLIC LICENSE\s+Version 3/i],
  ["GPL-2.0-only", /GNU GENERAL PUBLIC LICENSE\s+Version 2/i],
  ["GFDL-1.3-only", /GNU Free Documentation License\s+Version 1\.3/i],
  ["MPL-2.0", /Mozilla Public License,? Version 2\.0/i],
  ["Apache-2.0", /Apache License\s+Version 2\.0/i],
  ["BSD-3-Clause", /Redistribution and use in source and binary forms[^]*Neither the name/i],
  ["BSD-2-Clause", /Redistribution and use in source and binary forms/i],
  ["ISC", /Permission to use, copy, modify, and\/or distribute this software for any/i],
  ["MIT", /Permission is hereby granted, free of charge, to any person obtaining a copy/i],
];

/** Whether a path at the root of a source is where its licence stands. */
export function isLicenceFile(path: string): boolean {
  return FILE.test(path);
}

/** The SPDX identifier of a licence's text, if it is a well-known one. */
export function recogniseLicence(text: string): string | undefined {
  const start = text.slice(0, LICENCE_SEARCH_BYTES);
  return TELLING.find(([, words]) => words.test(start))?.[0];
}
