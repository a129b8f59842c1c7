// They are installed beside the workspace, and a page is bundled with them: `Tf` says what is used.
declare module '@tensorflow/tfjs';
declare module '@tensorflow/tfjs-backend-webgpu';
