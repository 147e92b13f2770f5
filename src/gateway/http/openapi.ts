import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { Config } from '../../config/config.js';
import { COMMANDS, type CommandTable } from '../commands/commands.js';
import { asyncApi } from './asyncapi.js';
import { OTHER_FIELDS } from './other-sockets.js';

/** `/docs` with the OpenAPI document at `/docs-json`, and the AsyncAPI document at `/docs/async`: both of the classes that validate. */
export function openApi(app: NestExpressApplication, { version }: Config): void {
  const commands = app.get<CommandTable>(COMMANDS);
  const about = new DocumentBuilder()
    .setTitle('Conclave')
    .setDescription('Signals of a panel of analysts. Errors are application/problem+json with a `code`.')
    .setVersion(version)
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .addSecurityRequirements({}) // without AUTH_REQUIRED there is no token
    .build();
  const create = (extra: readonly (new () => object)[]): OpenAPIObject => SwaggerModule.createDocument(app as INestApplication, about, { extraModels: [...extra] });
  let sockets: object | undefined;
  app.getHttpAdapter().get('/docs/async', (_request: unknown, response: { json(body: unknown): void }) => {
    sockets ??= asyncApi(version, commands, create([...Object.values(commands).map(({ fields }) => fields), ...OTHER_FIELDS]).components?.schemas ?? {});
    response.json(sockets);
  });
  SwaggerModule.setup('docs', app, () => create([]));
}
