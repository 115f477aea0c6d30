import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

/** Room for a picture that is not there yet. Not an attribute `style`: a strict Content-Security-Policy forbids those. */
class Sized extends Directive {
  override render(_width: number, _height: number): typeof noChange {
    return noChange;
  }

  override update({ element }: ElementPart, [width, height]: [number, number]): typeof noChange {
    const { style } = element as HTMLElement;
    style.inlineSize = `${width}px`;
    style.aspectRatio = `${width} / ${height}`;
    return noChange;
  }
}

/** Of an element: how wide it is where there is room, and how high for its width; in pixels. */
export const sized = directive(Sized);
