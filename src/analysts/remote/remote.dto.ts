import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsNumber, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';

const NAME = /^[^\u0000-\u001f\u007f]+$/;  

/** Body of `POST /api/analyst-tokens`. */
export class NewAnalystBody {
  @IsString({ message: 'must be a string' })
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  @Matches(NAME, { message: 'must have no control characters' })
  @ApiProperty({ minLength: 1, maxLength: 60, example: 'Momentum of Alice' })
  name!: string;

  @IsString({ message: 'must be a string' })
  @Length(1, 60, { message: 'must have 1 to 60 characters' })
  @Matches(NAME, { message: 'must have no control characters' })
  @ApiProperty({ minLength: 1, maxLength: 60, example: 'alice', description: 'All analysts of one owner are one fault domain' })
  owner!: string;

  @IsOptional()
  @Type(() => Number)
  @IsNumber({}, { message: 'must be a number' })
  @Min(0, { message: 'must be 0 (on trial) or 0.001 to 1000' })
  @Max(1000, { message: 'must be 0 (on trial) or 0.001 to 1000' })
  @ApiPropertyOptional({ default: 1, minimum: 0, maximum: 1000 })
  weight = 1;
}
