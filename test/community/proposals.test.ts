import { test } from "node:test";

import { scenario } from "./script.ts";

test("a mark that changes what is shown is a proposal of those who may not write directly", () =>
  scenario(`
    ann   writes tea/1 + writes pie/1
    cleo  retires tea as P        => P proposed, tea shown
    dora  approves P              => P proposed
    edda  rejects P               => P rejected, tea shown
    evan  approves P              => P accepted, tea retired
    evan  approves P              => !decided
    cleo  restores tea as Q       => Q proposed, tea retired
    cleo  withdraws Q             => Q withdrawn
    edda  approves Q              => !decided
    edda  restores tea            => tea shown
    cleo  supersedes tea by pie as R  => R proposed, tea shown
    edda  approves R              => tea superseded
  `));

test("a role is a steward's to grant; of a steward, the majority's", () =>
  scenario(`
    edda  grants cleo editor as P    => P proposed, cleo contributor
    ann   approves P                 => P accepted, cleo editor
    ann   ends cleo editor           => cleo contributor
    ann   grants edda steward        => edda steward
    ann   ends edda steward as Q     => Q proposed, edda steward
    edda  rejects Q                  => Q proposed, edda steward
    edda  approves Q                 => Q accepted, edda editor
  `));

test("naming somebody in history, claiming the name and parting with it again", () =>
  scenario(`
    ann   names old                  => old nobody
    cleo  names older as P           => P proposed
    edda  approves P                 => P accepted, older nobody
    cleo  merges old into cleo as Q  => Q proposed
    ann   approves Q                 => Q accepted
    ann   merges old into dora       => !member
    ann   merges cleo into dora      => !member
    ann   merges older into old      => older nobody
    ann   merges old into old        => !member
    ann   merges old into older      => !member
    ann   grants older editor        => !member
    ann   parts older from old + merges older into cleo
    ann   parts older from dora      => !member
    dora  parts old from cleo as R   => R proposed
    edda  approves R                 => R accepted
    ann   merges old into dora
  `));

test("names cannot be merged in a circle", () =>
  scenario(`
    ann   names a + names b + names c
    ann   merges a into b
    ann   merges b into c
    ann   merges c into a          => !member
    ann   merges b into a          => !member
    ann   merges a into a          => !member
  `));

test("a member named by proposal has the name that was proposed", () =>
  scenario(`
    cleo  names old as P             => P proposed
    edda  comments P + approves P    => P accepted, old nobody
  `));

test("an approval of what can no longer be done is refused, and the proposal stays open", () =>
  scenario(`
    ann   writes tea/1
    ann   names old
    cleo  merges old into cleo as P  => P proposed
    dora  merges old into dora as Q  => Q proposed
    ann   approves P                 => P accepted
    ann   approves Q                 => !member
    dora  withdraws Q                => Q withdrawn
  `));

test("evidence goes on record with whoever gives it", () => scenario("    cleo  attests"));
