import { test } from "node:test";

import { scenario } from "./script.ts";

test("editors and stewards write directly, everybody else suggests", () =>
  scenario(`
    ann   writes tea/1               => tea/1 current
    edda  writes tea/2 on tea/1      => tea/2 current, tea/1 past
    cleo  writes tea/3 on tea/2      => tea/3 proposed, tea/2 current
    edda  suggests tea/4 on tea/2    => tea/4 proposed
    zed   writes pie/1               => !author
    zed   joins + writes pie/1       => zed contributor, pie/1 proposed
  `));

test("the charter says who writes directly", () =>
  scenario(`
    ann   writes charter/1 on charter/0 direct=steward      => charter/1 current
    edda  writes tea/1                                      => tea/1 proposed
    evan  approves tea/1                                    => tea/1 current
    ann   writes charter/2 on charter/1 direct=contributor  => charter/2 current
    cleo  writes tea/2 on tea/1                             => tea/2 current
    cleo  suggests tea/3 on tea/2                           => tea/3 proposed
    dora  approves tea/3                                    => tea/3 current
  `));

test("a suggestion is accepted by one who may write directly, also their own", () =>
  scenario(`
    cleo  suggests tea/1         => tea/1 proposed
    dora  approves tea/1         => tea/1 proposed
    cleo  approves tea/1         => tea/1 proposed
    evan  approves tea/1         => tea/1 current
    edda  suggests tea/2 on tea/1 => tea/2 proposed
    edda  approves tea/2         => tea/2 current
    evan  approves tea/2         => !decided
  `));

test("a suggestion is accepted by as many approvals of others as the charter says", () =>
  scenario(`
    ann   writes charter/1 on charter/0 approvals=2 direct=steward  => charter/1 current
    edda  suggests tea/1           => tea/1 proposed
    edda  approves tea/1           => tea/1 proposed
    dora  approves tea/1           => tea/1 proposed
    evan  approves tea/1           => tea/1 proposed
    ann   grants dora editor       => dora editor
    cleo  comments tea/1           => tea/1 proposed
    dora  approves tea/1           => tea/1 current
    edda  suggests tea/2 on tea/1  => tea/2 proposed
    ann   approves tea/2           => tea/2 current
  `));

test("an approval counts when its giver was eligible on giving it and is so at the deciding one", () =>
  scenario(`
    ann   writes charter/1 on charter/0 approvals=2 direct=steward
    ann   grants dora editor
    cleo  suggests tea/1        => tea/1 proposed
    edda  approves tea/1        => tea/1 proposed
    ann   ends edda editor      => edda contributor
    evan  approves tea/1        => tea/1 proposed
    ann   grants edda editor    => edda editor, tea/1 proposed
    dora  comments tea/1        => tea/1 proposed
    dora  approves tea/1        => tea/1 current

    zed   joins
    zed   suggests pie/1        => pie/1 proposed
    cleo  approves pie/1        => pie/1 proposed
    ann   grants cleo editor    => cleo editor
    edda  approves pie/1        => pie/1 proposed
    cleo  approves pie/1        => pie/1 current
  `));

test("a later review by the same person takes the place of the earlier", () =>
  scenario(`
    ann   writes charter/1 on charter/0 approvals=2 direct=steward
    cleo  suggests tea/1    => tea/1 proposed
    edda  approves tea/1    => tea/1 proposed
    edda  rejects tea/1     => tea/1 proposed
    evan  approves tea/1    => tea/1 proposed
    edda  approves tea/1    => tea/1 current
  `));

test("what was declined may be taken up again, and what was withdrawn not", () =>
  scenario(`
    cleo  suggests tea/1    => tea/1 proposed
    dora  rejects tea/1     => tea/1 proposed
    edda  rejects tea/1     => tea/1 rejected
    evan  rejects tea/1     => !decided
    cleo  withdraws tea/1   => !decided
    evan  approves tea/1    => tea/1 current
    cleo  suggests pie/1    => pie/1 proposed
    dora  withdraws pie/1   => !author
    cleo  withdraws pie/1   => pie/1 withdrawn
    evan  approves pie/1    => !decided
    dora  comments pie/1    => pie/1 withdrawn
  `));

test("a suggestion on an older version needs merging, and admission says so", () =>
  scenario(`
    ann   writes tea/1
    cleo  suggests tea/2 on tea/1            => tea/2 proposed
    ann   writes tea/3 on tea/1              => tea/3 current, tea/2 needs-merge
    edda  approves tea/2                     => !STALE
    edda  writes tea/4 on tea/1              => !STALE
    edda  suggests tea/5 on tea/1            => tea/5 needs-merge
    edda  writes tea/6 on tea/3 tea/2        => tea/6 current, tea/2 past, tea/5 needs-merge
  `));

test("accepting a tip accepts its chain, and no author of the chain counts", () =>
  scenario(`
    ann   writes charter/1 on charter/0 approvals=2 direct=steward
    ann   grants cleo editor
    ann   writes tea/1
    edda  suggests tea/2 on tea/1     => tea/2 proposed
    cleo  suggests tea/3 on tea/2     => tea/3 proposed
    cleo  approves tea/3              => tea/3 proposed
    edda  approves tea/3              => tea/3 proposed
    evan  approves tea/3              => tea/3 proposed
    ann   approves tea/3              => tea/3 current, tea/2 past, tea/1 past
    cleo  suggests pie/1              => pie/1 proposed
    edda  suggests pie/2 on pie/1     => pie/2 proposed
    evan  approves pie/2              => pie/2 proposed
    ann   writes pie/3 on pie/2       => pie/3 current, pie/2 past, pie/1 past
  `));

test("a suggestion that a merge takes in is part of the chain, however old it is", () =>
  scenario(`
    ann   writes charter/1 on charter/0 approvals=1 direct=steward
    ann   writes tea/1
    edda  suggests tea/2 on tea/1          => tea/2 proposed
    ann   writes tea/3 on tea/1            => tea/2 needs-merge
    evan  suggests tea/4 on tea/3 tea/2    => tea/4 proposed
    edda  approves tea/4                   => tea/4 proposed
    ann   approves tea/4                   => tea/4 current, tea/2 past, tea/3 past
  `));

test("the same revision said twice is there once", () =>
  scenario(`
    ann   writes tea/1 + writes pie/1   => tea/1 current, pie/1 current
  `));

test("a unit keeps its kind, its id and its line", () =>
  scenario(`
    ann   writes tea/1
    ann   writes tea/2 on tea/1 kind=note         => !kind
    ann   writes pie/1
    ann   writes pie/2 on pie/1 tea/1             => !parent
    ann   writes rig/1 kind=contraption           => rig/1 current
    edda  writes rig/2 on rig/1                   => rig/2 current
    ann   writes law/1 kind=charter               => !charter
    ann   writes bot/1 by=cleo,dora               => bot/1 current
    ann   writes bot/2 on bot/1 by=cleo,cleo      => !contributor
    ann   writes bot/3 on bot/1 by=zed            => !contributor
  `));
