package org.cloakwork.itests.line;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Draws large frames a second that come to a client which does nothing, downloads and uploads, with and without two-way
 * cover: three rows, two columns, one scale. The numbers are of files that {@link Frames#write} made.
 */
final class Picture {

    private static final List<Cover> COLUMNS = List.of(Cover.POISSON, Cover.TWO_WAY);
    private static final List<Scenario> ROWS = List.of(Scenario.IDLE, Scenario.DOWNLOAD, Scenario.UPLOAD);
    private static final int SECONDS = 120;
    private static final int LEFT = 90;
    private static final int TOP = 60;
    private static final int PANEL_WIDTH = 380;
    private static final int PANEL_HEIGHT = 90;
    private static final int GAP = 30;
    private static final int MOST = 240;
    private static final int GRID = 80;
    private static final String DOWN = "#4269d0";
    private static final String UP = "#e4761a";

    private Picture() {
    }

    /**
     * @param folder with what was written down
     * @return an SVG file
     * @throws IOException if a file cannot be read
     */
    static String of(Path folder) throws IOException {
        StringBuilder svg = new StringBuilder(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="#fff"/>
                <text x="%d" y="20" font-size="14">What a watcher of the line sees: large frames a second</text>
                <text x="%d" y="20" fill="%s">come</text><text x="%d" y="20" fill="%s">go</text>
                """, LEFT + COLUMNS.size() * (PANEL_WIDTH + GAP), TOP + ROWS.size() * (PANEL_HEIGHT + GAP), LEFT,
                LEFT + PANEL_WIDTH + GAP, DOWN, LEFT + PANEL_WIDTH + GAP + 50, UP));
        for (int column = 0; column < COLUMNS.size(); column++) {
            int left = LEFT + column * (PANEL_WIDTH + GAP);
            svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>%n", left,
                    TOP - 10, COLUMNS.get(column).title()));
            for (int row = 0; row < ROWS.size(); row++) {
                int bottom = TOP + row * (PANEL_HEIGHT + GAP) + PANEL_HEIGHT;
                frame(svg, left, bottom, column == 0 ? ROWS.get(row).text() : "");
                Path file = Frames.file(folder, COLUMNS.get(column), ROWS.get(row));
                line(svg, left, bottom, counts(file, "up"), UP);
                line(svg, left, bottom, counts(file, "down"), DOWN);
            }
        }
        return svg.append("</svg>\n").toString();
    }

    /** {@return large frames of each second, as far as is drawn} */
    private static int[] counts(Path file, String direction) throws IOException {
        int[] counts = new int[SECONDS];
        try (Stream<String> lines = Files.lines(file)) {
            lines.skip(1).map(line -> line.split(",")).filter(columns -> columns[1].equals(direction)
                    && new Frame(0, false, Integer.parseInt(columns[2])).isLarge())
                    .mapToInt(columns -> (int) Double.parseDouble(columns[0])).filter(second -> second < SECONDS)
                    .forEach(second -> counts[second]++);
        }
        return counts;
    }

    private static void frame(StringBuilder svg, int left, int bottom, String text) {
        svg.append(String.format(Locale.ROOT, "<text x=\"10\" y=\"%d\">%s</text>%n", bottom - PANEL_HEIGHT / 2, text));
        for (int value = 0; value <= MOST; value += GRID) {
            double y = bottom - (double) value / MOST * PANEL_HEIGHT;
            svg.append(String.format(Locale.ROOT, "<path d=\"M%d %.1fh%d\" stroke=\"#ddd\"/>"
                    + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#888\" font-size=\"10\">%d</text>%n",
                    left, y, PANEL_WIDTH, left - 4, y + 3, value));
        }
        svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#888\" "
                + "font-size=\"10\">%d s</text>%n", left + PANEL_WIDTH, bottom + 14, SECONDS));
    }

    private static void line(StringBuilder svg, int left, int bottom, int[] counts, String colour) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < counts.length; i++) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", left + (double) i / (SECONDS - 1) * PANEL_WIDTH,
                    bottom - Math.min(1.1, (double) counts[i] / MOST) * PANEL_HEIGHT));
        }
        svg.append(String.format(Locale.ROOT, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\"/>%n",
                points.toString().strip(), colour));
        svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"%s\">%.0f/s</text>%n",
                left + PANEL_WIDTH, bottom - PANEL_HEIGHT + (colour.equals(DOWN) ? 10 : 24), colour,
                Arrays.stream(counts).average().orElse(0)));
    }
}
