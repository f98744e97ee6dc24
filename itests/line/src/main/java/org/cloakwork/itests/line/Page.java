package org.cloakwork.itests.line;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A page as pages are, made by a seed: a document, what it names, and what that names in turn. Numbers and sizes are
 * drawn so that a page is some dozens of files and, in the middle, half a megabyte; no page is a copy of one.
 *
 * @param document bytes of the document itself
 * @param files    what it names
 */
record Page(int document, List<File> files) {

    private static final int MOST_BYTES = 1_500_000;

    /**
     * @param bytes its length
     * @param varies whether each visit gets another one, as with what is advertised
     * @param files what it names in turn
     */
    record File(int bytes, boolean varies, List<File> files) {

        private static File leaf(int bytes) {
            return new File(bytes, false, List.of());
        }
    }

    /** {@return the page of that seed} */
    static Page of(long seed) {
        Random random = new Random(seed * 0x9e37_79b9_7f4a_7c15L);
        List<File> files = new ArrayList<>();
        int document = size(random, 30_000, 0.7);
        int left = MOST_BYTES - document;
        int styles = 1 + random.nextInt(5);
        int scripts = 2 + random.nextInt(14);
        int pictures = 3 + (int) Math.exp(2.6 + 0.7 * random.nextGaussian());
        int advertised = random.nextInt(4);
        for (int i = 0; i < styles; i++) {
            List<File> fonts = new ArrayList<>();
            for (int j = random.nextInt(3); j > 0; j--) {
                fonts.add(File.leaf(size(random, 28_000, 0.3)));
            }
            files.add(new File(size(random, 10_000, 0.9), false, fonts));
        }
        for (int i = 0; i < scripts; i++) {
            List<File> data = new ArrayList<>();
            for (int j = random.nextInt(4) - 1; j > 0; j--) {
                data.add(File.leaf(size(random, 2_500, 1)));
            }
            files.add(new File(size(random, 12_000, 1), false, data));
        }
        for (int i = 0; i < pictures; i++) {
            files.add(File.leaf(size(random, 8_000, 1.1)));
        }
        for (int i = 0; i < advertised; i++) {
            files.add(new File(size(random, 20_000, 0.8), true, List.of()));
        }
        List<File> kept = new ArrayList<>();
        for (File file : files) {
            if (left >= bytes(file)) {
                left -= bytes(file);
                kept.add(file);
            }
        }
        return new Page(document, kept);
    }

    private static int size(Random random, int median, double spread) {
        return 200 + (int) (median * Math.exp(spread * random.nextGaussian()));
    }

    private static int bytes(File file) {
        return file.bytes() + file.files().stream().mapToInt(Page::bytes).sum();
    }

    /** {@return bytes of all of it} */
    int bytes() {
        return document + files.stream().mapToInt(Page::bytes).sum();
    }

    /** {@return how many files it is, itself included} */
    int count() {
        return 1 + files.stream().mapToInt(file -> 1 + file.files().size()).sum();
    }
}
