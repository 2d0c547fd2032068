import { test } from "node:test";

import { scenario } from "./script.ts";

/** Ann, Edda and Evan are stewards: any two are a majority. */
const THREE_STEWARDS = `
    ann   grants edda steward         => edda steward
    ann   grants evan steward as P    => P proposed, evan editor
    edda  approves P                  => P accepted, evan steward`;

for (const kind of ["policy", "right"]) {
  test(`a ${kind} needs a majority of stewards; a single steward decides alone`, () =>
    scenario(`
    ann   writes old/1 kind=${kind}   => old/1 current
    edda  writes new/1 kind=${kind}   => new/1 proposed
    evan  approves new/1              => new/1 proposed
    ann   approves new/1              => new/1 current
    ${THREE_STEWARDS}
    ann   writes old/2 on old/1       => old/2 proposed
    ann   approves old/2              => old/2 proposed
    cleo  approves old/2              => old/2 proposed
    evan  approves old/2              => old/2 current
    dora  writes old/3 on old/2       => old/3 proposed
    edda  approves old/3              => old/3 proposed
    edda  rejects old/3               => old/3 proposed
    evan  rejects old/3               => old/3 rejected
    ann   approves old/3              => old/3 rejected
    edda  approves old/3              => old/3 current
  `));
}

test("two stewards decide together, and one who is no steward any more does not count", () =>
  scenario(`
    ann   grants edda steward
    ann   writes charter/1 on charter/0 approvals=1   => charter/1 proposed
    edda  approves charter/1                          => charter/1 current
    evan  writes charter/2 on charter/1 approvals=1   => charter/2 proposed
    edda  approves charter/2                          => charter/2 proposed
    edda  ends edda steward                           => edda editor
    ann   approves charter/2                          => charter/2 current
  `));

test("consent to one version is no consent to another built on it", () =>
  scenario(`
    ${THREE_STEWARDS}
    ann   suggests charter/1 on charter/0 approvals=1             => charter/1 proposed
    cleo  suggests charter/2 on charter/1 direct=contributor      => charter/2 proposed
    edda  approves charter/2                                      => charter/2 proposed
    evan  approves charter/2                                      => charter/2 current, charter/1 past
  `));

test("what an assistant signs is not its sponsor's consent", () =>
  scenario(`
    ann    lends robot charter,policy
    robot  writes law/1 kind=policy                       => law/1 proposed
    ann    approves law/1                                 => law/1 current
    ann    grants edda steward
    robot  writes law/2 on law/1                          => law/2 proposed
    edda   approves law/2                                 => law/2 proposed
    ann    approves law/2                                 => law/2 current
  `));

test("a charter is in force from the next entry on", () =>
  scenario(`
    ann   writes charter/1 on charter/0 direct=contributor  => charter/1 current
    cleo  writes tea/1                                      => tea/1 current
    ann   writes charter/2 on charter/1 visibility=members  => !charter
    ann   writes charter/2 on charter/1 direct=editor       => charter/2 current
    cleo  writes tea/2 on tea/1                             => tea/2 proposed
  `));

test("a change may not leave too few to steward or to review", () =>
  scenario(`
    ann   ends ann steward                                   => !too-few-stewards
    ann   writes charter/1 on charter/0 approvals=4          => charter/1 current
    ann   grants edda steward                                => !too-few-reviewers
    ann   writes charter/2 on charter/1 approvals=2          => charter/2 current
    ann   grants edda steward                                => edda steward
    ann   ends evan editor                                   => !too-few-reviewers
    ann   writes charter/3 on charter/2 approvals=3          => charter/3 proposed
    edda  approves charter/3                                 => !too-few-reviewers
    ann   grants cleo editor                                 => cleo editor
    edda  approves charter/3                                 => charter/3 current
    ann   ends cleo editor                                   => !too-few-reviewers
  `));

test("the new charter's own need of reviewers binds the entry that accepts it", () =>
  scenario(`
    ann   grants cleo editor + grants edda steward
    ann   writes charter/1 on charter/0 approvals=3        => charter/1 proposed
    edda  approves charter/1 + ends cleo editor            => !too-few-reviewers
    edda  approves charter/1                               => charter/1 current
  `));

test("a steward who has no key left is none", () =>
  scenario(`
    ann   revokes ann               => !too-few-stewards
    ann   grants edda steward       => edda steward
    ann   grants cleo editor        => cleo editor
    edda  adds spare + revokes edda => edda steward
    ann   writes law/1 kind=policy  => law/1 proposed
    ann   revokes ann               => ann steward
  `));
