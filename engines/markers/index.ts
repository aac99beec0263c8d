export { markerWord } from './marker.ts';
export { type Image, InvalidImageError, type Setters, settersOf } from './setters.ts';
export { type Change, MarkersError, type ObjectId, type Updated, updateMarkers } from './update-markers.ts';
