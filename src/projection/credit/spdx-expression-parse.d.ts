declare module "spdx-expression-parse" {
  namespace parse {
    interface Licence {
      readonly license: string;
      readonly plus?: true;
      readonly exception?: string;
    }
    interface Choice {
      readonly left: Expression;
      readonly conjunction: "and" | "or";
      readonly right: Expression;
    }
    type Expression = Licence | Choice;
  }
  /** @throws Error for what is no SPDX expression. */
  function parse(source: string): parse.Expression;
  export = parse;
}
