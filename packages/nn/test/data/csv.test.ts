import { expect } from 'chai';
import { UnfoldError } from '@unfoldjs/core';
import { parseCsv, type CsvOptions } from '@unfoldjs/nn';

const shape = [1, 2, 1] as const;

describe('CSV', () => {
  const equal: readonly (readonly [string, string, Partial<CsvOptions>])[] = [
    ['labels at the end', '1,2,0\n3,4,1\n', {}],
    ['labels at the beginning', '0,1,2\n1,3,4', { label: 'first' }],
    ['Windows line ends and empty lines', '1,2,0\r\n\r\n3,4,1\r\n', {}],
    ['a header, which is recognised', 'a,b,label\n1,2,0\n3,4,1', {}],
    ['a header of numbers, which is named', '0,1,2\n1,2,0\n3,4,1', { header: true }],
    ['semicolons', '1;2;0\n3;4;1', { delimiter: ';' }],
    ['tabs', '1\t2\t0\n3\t4\t1', { delimiter: '\t' }],
    ['quotes and spaces', '"1", 2 ,"0"\n3,"4",1', {}],
    ['a byte order mark', '\ufeff1,2,0\n3,4,1', {}],
    ['a scale', '2,4,0\n6,8,1', { scale: 2 }],
    ['names of classes', '1,2,cat\n3,4,dog', { classes: ['cat', 'dog'] }],
  ];
  for (const [what, text, options] of equal) {
    it(`reads ${what}`, () => {
      const { images, labels } = parseCsv(text, { shape, ...options });
      expect(images.data).to.deep.equal(Float32Array.of(1, 2, 3, 4));
      expect(images.shape).to.deep.equal([2, 1, 2, 1]);
      expect([...labels]).to.deep.equal([0, 1]);
    });
  }

  it('reads nothing as no images', () => {
    expect(parseCsv('', { shape }).images.shape).to.deep.equal([0, 1, 2, 1]);
  });

  const refusals: readonly (readonly [string, string, Partial<CsvOptions>, string, string])[] = [
    ['a short row', '1,2,0\n3,4', {}, 'row 2 has 2 cells, not 3', 'INVALID_FILE'],
    ['a long row', '1,2,0,9', {}, 'row 1 has 4 cells, not 3', 'INVALID_FILE'],
    ['text among numbers', '1,2,0\n3,x,1', {}, 'row 2 has "x" in cell 2', 'INVALID_FILE'],
    ['an empty cell', '1,,0', {}, 'row 1 has "" in cell 2', 'INVALID_FILE'],
    ['an infinity', '1,1e999,0', {}, 'in cell 2, which is not a number', 'INVALID_FILE'],
    ['a quote that never ends', '1,2,0\n"3,4,1\n5,6,0', {}, 'row 2 has 1 cells', 'INVALID_FILE'],
    ['an unknown class', '1,2,bird', { classes: ['cat'] }, 'the label "bird"', 'INVALID_FILE'],
    ['a label without a class', '1,2,7', { classes: ['cat'] }, 'label 7', 'DATA_MISMATCH'],
    ['a delimiter of two characters', '1,2,0', { delimiter: ', ' }, 'delimiter', 'INVALID_ARGUMENT'],
    ['a scale of 0', '1,2,0', { scale: 0 }, 'scale', 'INVALID_ARGUMENT'],
  ];
  for (const [what, text, options, message, code] of refusals) {
    it(`refuses ${what}`, () => {
      expect(() => parseCsv(text, { shape, ...options })).to.throw(UnfoldError, message).with.property('code', code);
    });
  }
});
