/** The first module of the page: the model is being opened while the rest is still loading. */

import { launchEarly } from "./engine/launch.js";
import { isolate } from "./io/offline.js";
import { settings } from "./ui/settings.js";

export const models = new URL("models/", document.baseURI).href;
export const launched = isolate().then(() => launchEarly(settings.get("engine"), models));
