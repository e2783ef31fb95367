export { UploadSurface } from "./upload-surface";
export { pickFiles, pickFolder, uploads } from "./uploads";
