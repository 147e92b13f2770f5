import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { Config } from '../../config/config.js';

/** `/docs`, and the document itself at `/docs-json`: generated from the classes that validate. */
export function openApi(app: INestApplication, { version }: Config): void {
  const about = new DocumentBuilder()
    .setTitle('Conclave')
    .setDescription('Signals of a panel of analysts. Errors are application/problem+json with a `code`.')
    .setVersion(version)
    .addBearerAuth()
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, about));
}
