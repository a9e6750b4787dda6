// list_models.mjs ENDPOINT LIMIT: a walk over the list with @huggingface/hub.
import { listModels } from "@huggingface/hub";

const [endpoint, limit] = [process.argv[2], Number(process.argv[3])];
const start = process.cpuUsage();
const wall = performance.now();
let items = 0;
for await (const model of listModels({ hubUrl: endpoint, limit })) items += model.id ? 1 : 0;
const used = process.cpuUsage(start);
console.log(JSON.stringify({ items, seconds: (performance.now() - wall) / 1000, cpu: (used.user + used.system) / 1e6 }));
