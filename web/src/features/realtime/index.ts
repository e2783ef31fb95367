export { Connection, type LiveEvent, type Socket } from "./connection";
