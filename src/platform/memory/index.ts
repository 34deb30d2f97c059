export { withTightHeap } from './tight-heap.js';
