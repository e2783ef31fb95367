export { localPictures } from "./local-pictures";
export { UploadSurface } from "./upload-surface";
export { pickFiles, pickFolder, uploads } from "./uploads";
