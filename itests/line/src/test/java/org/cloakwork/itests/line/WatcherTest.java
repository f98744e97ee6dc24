package org.cloakwork.itests.line;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the watcher writes down, and what is made of it. */
class WatcherTest {

    private final AtomicLong nanos = new AtomicLong();
    private final Trace trace = new Trace(nanos::get);

    private void add(long millis, boolean up, int bytes) {
        nanos.set(Duration.ofMillis(millis).toNanos());
        trace.add(up, bytes);
    }

    @Test
    void aViewHasTheFramesOfItsTimeAndItsPartsHaveTheirs() {
        add(100, true, 2460);
        add(200, false, 72);
        add(300, false, 1677);
        add(900, false, 1677);
        add(1000, true, 2460);
        Trace.View view = trace.view(Duration.ofMillis(100).toNanos(), Duration.ofMillis(900));
        assertEquals(4, view.frames().size());
        assertEquals(2, view.count(Frame.Kind.DOWN_LARGE));
        assertEquals(1, view.count(Frame.Kind.RECEIPT));
        assertArrayEquals(new int[] {1, 0, 1}, view.counts(Frame.Kind.DOWN_LARGE, Duration.ofMillis(300)));
        assertArrayEquals(new double[] {0.6}, view.gaps(Frame.Kind.DOWN_LARGE), 1e-9);
        assertArrayEquals(new int[] {72, 1677}, view.lengths(false));
        assertEquals(1, view.part(Duration.ofMillis(500), Duration.ofMillis(400)).frames().size());
    }

    @Test
    void viewsOfOneLengthHaveAsManyFeaturesWhateverIsInThem() {
        Trace.View nothing = trace.view(0, Duration.ofSeconds(5));
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            add(2 * i, random.nextBoolean(), random.nextBoolean() ? 72 : 1677);
        }
        double[] some = Features.of(trace.view(0, Duration.ofSeconds(5)));
        assertEquals(Features.of(nothing).length, some.length);
        assertTrue(DoubleStream.of(some).allMatch(Double::isFinite));
    }

    @Test
    void oneInAHundredIsAFalsePositive() {
        Random random = new Random(1);
        double[] silence = random.doubles(1000).toArray();
        assertEquals(0.01, Detection.truePositives(silence, random.doubles(100_000).toArray(), 1), 0.005);
        assertEquals(1, Detection.truePositives(silence, new double[] {2, 3}, 1));
        // Equal counts are told apart by chance.
        assertEquals(0.01, Detection.truePositives(new double[1000], new double[100_000], 1), 0.005);
    }

    @Test
    void aForestFindsWhatIsThereAndNothingElse() throws Exception {
        Random random = new Random(1);
        List<Forest.Sample> told = new ArrayList<>();
        List<Forest.Sample> untold = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int label = i % 4;
            told.add(new Forest.Sample("page " + label, new double[] {label + random.nextGaussian() / 4,
                random.nextDouble()}));
            untold.add(new Forest.Sample("page " + label, new double[] {random.nextDouble(), random.nextDouble()}));
        }
        assertTrue(Forest.accuracy(Forest.ask(told, "page 0", 1)) > 0.85);
        assertEquals(0.25, Forest.accuracy(Forest.ask(untold, "page 0", 1)), 0.12);
    }

    @Test
    void pagesAreAsDifferentAsPagesAre() {
        for (int seed = 1; seed <= 20; seed++) {
            Page page = Page.of(seed);
            assertEquals(page, Page.of(seed));
            assertTrue(page.bytes() > 50_000 && page.bytes() < 2_000_000, page::toString);
            assertTrue(page.count() > 8 && page.count() < 200, page::toString);
        }
        assertTrue(IntStream.rangeClosed(1, 20).map(seed -> Page.of(seed).bytes()).distinct().count()
                == 20);
    }

    @Test
    void aPictureIsOfWhatWasWrittenDown(@TempDir Path folder) throws Exception {
        for (int i = 0; i < 1000; i++) {
            add(i * 20, false, 1677);
        }
        Trace.View view = trace.view(0, Duration.ofSeconds(20));
        for (Cover cover : Cover.values()) {
            Frames.write(folder, cover, Map.of(Scenario.IDLE, view, Scenario.DOWNLOAD, view, Scenario.UPLOAD, view));
        }
        assertEquals(1001, Files.readAllLines(Frames.file(folder, Cover.POISSON, Scenario.IDLE)).size());
        assertTrue(Picture.of(folder).contains("<polyline"));
    }
}
