import { join } from 'node:path';
import { defaultSettings } from '../../shared/model/default-settings';
import { settingsSchema } from '../../shared/model/settings';
import type { Settings } from '../../shared/model/settings';
import { storedSettingsSchema } from '../../shared/model/stored-settings';
import type { Emit } from '../ports/events';
import { jsonFile } from '../runtime/json-file';
import type { JsonFile } from '../runtime/json-file';

/** The settings of the window: on disk, and at hand for what the engine decides by itself. */
export class SettingsKeeper {
  private readonly file: JsonFile<Settings>;
  private held: Settings = defaultSettings;

  constructor(
    dataDir: string,
    private readonly emit: Emit,
  ) {
    this.file = jsonFile(join(dataDir, 'settings.json'), storedSettingsSchema, defaultSettings);
  }

  /** What holds now: the defaults until the file was read. */
  current(): Settings {
    return this.held;
  }

  async read(): Promise<Settings> {
    this.held = await this.file.read();
    return this.held;
  }

  /** Changes some settings and tells everybody. */
  async change(patch: { [Name in keyof Settings]?: Settings[Name] | undefined }): Promise<Settings> {
    const changed = settingsSchema.parse({ ...(await this.read()), ...patch });
    await this.file.write(changed);
    this.held = changed;
    this.emit({ event: 'settings.changed', data: { account: null, settings: changed } });
    return changed;
  }
}
