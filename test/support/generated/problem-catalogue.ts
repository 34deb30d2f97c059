import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

export interface CataloguedProblem {
  readonly code: string;
  readonly kind: string;
  /** When it happens, as its class says. */
  readonly when: string;
  /** What it says, with an ellipsis for what differs from case to case. */
  readonly says: string;
}

/** Every problem the API can answer with, read from the classes that are thrown. */
export function catalogueProblems(root: string): CataloguedProblem[] {
  const found: CataloguedProblem[] = [];
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const text = readFileSync(`${root}/${file}`, 'utf8');
    if (!text.includes('extends DomainError')) continue;
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    for (const statement of source.statements) {
      if (!ts.isClassDeclaration(statement) || !extendsDomainError(statement)) continue;
      const code = literalOf(statement, 'code');
      const kind = literalOf(statement, 'kind');
      if (code === null || kind === null) throw new Error(`${statement.name?.text} in ${file} has no code or no kind`);
      found.push({ code, kind, when: docOf(statement), says: messageOf(statement) });
    }
  }
  return found.sort((a, b) => (a.code < b.code ? -1 : 1));
}

const extendsDomainError = (declaration: ts.ClassDeclaration): boolean =>
  (declaration.heritageClauses ?? []).some(({ types }) =>
    types.some(({ expression }) => expression.getText() === 'DomainError'),
  );

function literalOf(declaration: ts.ClassDeclaration, name: string): string | null {
  for (const member of declaration.members)
    if (
      ts.isPropertyDeclaration(member) &&
      member.name.getText() === name &&
      member.initializer &&
      ts.isStringLiteral(member.initializer)
    )
      return member.initializer.text;
  return null;
}

const docOf = (declaration: ts.ClassDeclaration): string =>
  ts
    .getJSDocCommentsAndTags(declaration)
    .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

function messageOf(declaration: ts.ClassDeclaration): string {
  const constructor = declaration.members.find(ts.isConstructorDeclaration);
  if (!constructor) return '';
  let message = '';
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) {
      const [argument] = node.arguments;
      message = argument === undefined ? '' : wordsOf(argument, constructor);
    } else ts.forEachChild(node, visit);
  };
  visit(constructor);
  return message;
}

function wordsOf(expression: ts.Expression, constructor: ts.ConstructorDeclaration): string {
  if (ts.isStringLiteral(expression) || ts.isNoSubstitutionTemplateLiteral(expression)) return expression.text;
  if (ts.isTemplateExpression(expression))
    return expression.head.text + expression.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  if (ts.isConditionalExpression(expression))
    return `${wordsOf(expression.whenTrue, constructor)} / ${wordsOf(expression.whenFalse, constructor)}`;
  if (ts.isBinaryExpression(expression))
    return wordsOf(expression.left, constructor) + wordsOf(expression.right, constructor);
  if (ts.isIdentifier(expression)) {
    const parameter = constructor.parameters.find(({ name }) => name.getText() === expression.text);
    return parameter?.initializer ? wordsOf(parameter.initializer, constructor) : '';
  }
  return '…';
}
