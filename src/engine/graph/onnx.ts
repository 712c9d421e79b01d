/**
 * Writes a graph as an ONNX model (protobuf, onnx.proto3 of ONNX 1.16). Equal nodes are written once. Weights stay
 * outside, as external data in a file of raw float32, so that a model of any size fits (protobuf ends at 2 GiB) and
 * sessions share the pages of one file.
 */
import protobuf from "protobufjs/minimal.js";
import { type EmitOptions, type Emitter, lowerings } from "./lower.ts";
import { type DType, type Node, type Shape, topological } from "./node.ts";

/** A file with weights: raw, little-endian. */
export interface ExternalWeights {
  /** File name, relative to the folder of the ONNX file. */
  readonly location: string;
  readonly tensors: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly offset: number; readonly byteLength: number }
  >;
}

type Writer = protobuf.Writer;
/** What a constant may hold; no value of a graph is uint8, but what rounds to 8 bits begins at one. */
type ElementType = DType | "uint8";
const elementType: Readonly<Record<ElementType, number>> = { float32: 1, uint8: 2, int8: 3, int64: 7 };

/**
 * ONNX bytes of the graph that computes `outputs`.
 *
 * @throws Error when a weight has no tensor in `weights`, or two inputs of one name differ
 */
export function writeOnnx(outputs: Readonly<Record<string, Node>>, weights: readonly ExternalWeights[]): Uint8Array {
  const nodes: ((w: Writer) => void)[] = [];
  const initializers: ((w: Writer) => void)[] = [];
  const inputs = new Map<string, Node>();
  const inner = new Map<string, Node>();
  const dimensions = new Map<string, { readonly input: string; readonly axis: number }>();
  const byNode = new Map<Node, string>();
  const byKey = new Map<string, string>();
  const order = topological(Object.values(outputs));

  for (const n of order) {
    if (n.op !== "input") continue;
    const name = n.attrs.name as string;
    inputs.set(name, n);
    n.shape.forEach((d, axis) => {
      if (typeof d === "string" && !dimensions.has(d)) dimensions.set(d, { input: name, axis });
    });
  }

  const once = (key: string, make: () => string): string => {
    let name = byKey.get(key);
    if (name === undefined) {
      name = make();
      byKey.set(key, name);
    }
    return name;
  };
  const emit = (opType: string, ins: readonly string[], options: EmitOptions = {}): string[] => {
    const count = options.outputs ?? 1;
    const key = `${opType}(${ins.join(",")})${JSON.stringify(options.attrs ?? {})}${options.domain ?? ""}`;
    const name = once(key, () => {
      const id = `n${nodes.length}`;
      nodes.push((w) => writeNode(w, opType, ins, outputNames(id, count), options));
      return id;
    });
    return outputNames(name, count);
  };
  const small = (key: string, dtype: ElementType, shape: readonly number[], bytes: Uint8Array): string =>
    once(`const ${dtype} [${shape}] ${key}`, () => {
      const name = `c${initializers.length}`;
      initializers.push((w) => writeTensor(w, name, dtype, shape, bytes));
      return name;
    });
  const ints = (values: readonly number[]): string =>
    small(values.join(), "int64", [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
  const floats = (values: readonly number[], shape: Shape): string =>
    small(values.join(), "float32", shape as readonly number[], new Uint8Array(Float32Array.from(values).buffer));

  const emitter: Emitter = {
    value: (n) => byNode.get(n)!,
    emit,
    ints,
    float: (value) => floats([value], []),
    byte: (value) => small(`${value}`, "uint8", [], Uint8Array.of(value)),
    dimension: (name) => {
      const at = dimensions.get(name);
      if (at === undefined) return undefined;
      return emit("Gather", [emit("Shape", [at.input])[0]!, ints([at.axis])], { attrs: { axis: 0 } })[0];
    },
  };

  for (const n of order) {
    if (n.op === "input") byNode.set(n, n.attrs.name as string);
    else if (n.op === "constant") byNode.set(n, floats(n.attrs.values as readonly number[], n.shape));
    else if (n.op === "weight") {
      const name = n.attrs.name as string;
      const file = weights.find((f) => f.tensors.has(name));
      if (file === undefined) throw new Error(`no weight ${name}`);
      const tensor = file.tensors.get(name)!;
      byNode.set(
        n,
        once(`weight ${name}`, () => {
          initializers.push((w) => writeExternal(w, name, n, file.location, tensor));
          return name;
        }),
      );
    } else {
      const name = lowerings[n.op](n, emitter);
      byNode.set(n, name);
      inner.set(name, n);
    }
  }
  // An output keeps its public name by a node of its own; Identity of ONNX Runtime copies nothing it need not.
  for (const [name, n] of Object.entries(outputs)) {
    nodes.push((w) => writeNode(w, "Identity", [byNode.get(n)!], [name], {}));
  }

  const model = protobuf.Writer.create();
  model.uint32(8).int64(10);
  model.uint32(18).string("seas");
  message(model, 7, (graph) => {
    for (const write of nodes) message(graph, 1, write);
    graph.uint32(18).string("seas");
    for (const write of initializers) message(graph, 5, write);
    for (const [name, n] of inputs) message(graph, 11, (w) => writeValueInfo(w, name, n));
    for (const [name, n] of Object.entries(outputs)) message(graph, 12, (w) => writeValueInfo(w, name, n));
    // ONNX Runtime infers no size of a reshape to −1; without a name for it no buffer is used twice, and the search for
    // one makes opening a session quadratic.
    for (const [name, n] of inner) message(graph, 13, (w) => writeValueInfo(w, name, n));
  });
  for (const [domain, version] of [
    ["", 18],
    ["com.microsoft", 1],
  ] as const) {
    message(model, 8, (w) => w.uint32(10).string(domain).uint32(16).int64(version));
  }
  return model.finish();
}

function outputNames(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}:${i}`));
}

function message(w: Writer, field: number, write: (w: Writer) => void): void {
  w.uint32((field << 3) | 2).fork();
  write(w);
  w.ldelim();
}

/** NodeProto: input 1, output 2, op_type 4, attribute 5, domain 7. */
function writeNode(
  w: Writer,
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  options: EmitOptions,
): void {
  for (const name of inputs) w.uint32(10).string(name);
  for (const name of outputs) w.uint32(18).string(name);
  w.uint32(34).string(opType);
  for (const [name, value] of Object.entries(options.attrs ?? {})) {
    message(w, 5, (a) => {
      a.uint32(10).string(name);
      // AttributeProto: f 2, i 3, s 4, ints 8, type 20 (FLOAT 1, INT 2, STRING 3, INTS 7)
      if (typeof value === "number") a.uint32(24).int64(value).uint32(160).int32(2);
      else if (typeof value === "string") a.uint32(34).bytes(new TextEncoder().encode(value)).uint32(160).int32(3);
      else if ("float" in value) a.uint32(21).float(value.float).uint32(160).int32(1);
      else {
        for (const i of value) a.uint32(64).int64(i);
        a.uint32(160).int32(7);
      }
    });
  }
  if (options.domain !== undefined) w.uint32(58).string(options.domain);
}

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9. */
function writeTensor(w: Writer, name: string, dtype: ElementType, shape: readonly number[], bytes: Uint8Array): void {
  for (const d of shape) w.uint32(8).int64(d);
  w.uint32(16).int32(elementType[dtype]).uint32(66).string(name).uint32(74).bytes(bytes);
}

/** TensorProto with external_data 13 (location, offset, length) and data_location 14 = EXTERNAL. */
function writeExternal(
  w: Writer,
  name: string,
  { shape, dtype }: Node,
  location: string,
  at: { readonly offset: number; readonly byteLength: number },
): void {
  for (const d of shape) w.uint32(8).int64(d as number);
  w.uint32(16).int32(elementType[dtype]).uint32(66).string(name);
  for (const [key, value] of [
    ["location", location],
    ["offset", `${at.offset}`],
    ["length", `${at.byteLength}`],
  ] as const) {
    message(w, 13, (entry) => entry.uint32(10).string(key).uint32(18).string(value));
  }
  w.uint32(112).int32(1);
}

/** ValueInfoProto: name 1, type 2 → tensor_type 1 → elem_type 1, shape 2 → dim 1 → dim_value 1 | dim_param 2. */
function writeValueInfo(w: Writer, name: string, n: Node): void {
  w.uint32(10).string(name);
  message(w, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.uint32(8).int32(elementType[n.dtype]);
      message(tensor, 2, (shape) => {
        for (const d of n.shape) {
          message(shape, 1, (dim) => (typeof d === "number" ? dim.uint32(8).int64(d) : dim.uint32(18).string(d)));
        }
      });
    }),
  );
}
