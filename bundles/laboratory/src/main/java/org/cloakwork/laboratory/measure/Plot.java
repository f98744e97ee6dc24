package org.cloakwork.laboratory.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lines over an axis that is logarithmic, as SVG. */
public final class Plot {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;
    private static final int LEFT = 60;
    private static final int RIGHT = 220;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final int STEPS = 4;
    /** Told apart by people who see no red or no green, too. */
    private static final List<String> COLOURS = List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00",
            "#56b4e9",
            "#000000", "#999999", "#7f3b08", "#542788");

    private final String title;
    private final String below;
    private final double most;
    private final List<Line> lines = new ArrayList<>();

    /**
     * A point of a line.
     *
     * @param x above 0
     * @param y 0 or more
     */
    public record Point(double x, double y) {
    }

    private record Line(String name, List<Point> points) {
    }

    /**
     * @param title above
     * @param below what the horizontal axis shows
     * @param most  top of the vertical axis
     */
    public Plot(String title, String below, double most) {
        this.title = title;
        this.below = below;
        this.most = most;
    }

    /**
     * @param name   of the line
     * @param points from left to right
     * @return this
     */
    public Plot line(String name, List<Point> points) {
        lines.add(new Line(name, List.copyOf(points)));
        return this;
    }

    /** {@return the picture} */
    public String svg() {
        double least = lines.stream().flatMap(line -> line.points.stream()).mapToDouble(Point::x).min().orElse(1);
        double last = lines.stream().flatMap(line -> line.points.stream()).mapToDouble(Point::x).max().orElse(10);
        double from = Math.floor(Math.log10(least));
        double to = Math.max(from + 1, Math.ceil(Math.log10(last)));
        StringBuilder text = new StringBuilder();
        add(text, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
                + "font-size=\"12\">%n", WIDTH, HEIGHT);
        add(text, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n", WIDTH, HEIGHT);
        add(text, "<text x=\"%d\" y=\"22\" font-size=\"15\">%s</text>%n", LEFT, escaped(title));
        for (int step = 0; step <= STEPS; step++) {
            double y = y(most * step / STEPS);
            add(text, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n", LEFT, y,
                    WIDTH - RIGHT, y);
            add(text, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.2f</text>%n", LEFT - 6, y + 4,
                    most * step / STEPS);
        }
        for (double power = from; power <= to; power++) {
            double x = x(Math.pow(10, power), from, to);
            add(text, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#dddddd\"/>%n", x, TOP, x,
                    HEIGHT - BOTTOM);
            add(text, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n", x, HEIGHT - BOTTOM + 16,
                    power < 0 ? String.format(Locale.ROOT, "%.3g", Math.pow(10, power))
                            : String.format(Locale.ROOT, "%,.0f", Math.pow(10, power)));
        }
        add(text, "<text x=\"%d\" y=\"%d\">%s</text>%n", LEFT, HEIGHT - 12, escaped(below));
        for (int i = 0; i < lines.size(); i++) {
            String colour = COLOURS.get(i % COLOURS.size());
            add(text, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n", colour,
                    lines.get(i).points.stream().map(point -> String.format(Locale.ROOT, "%.1f,%.1f",
                            x(point.x, from, to), y(point.y))).collect(Collectors.joining(" ")));
            add(text, "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n", WIDTH - RIGHT + 10, TOP + 16 + 18 * i, colour,
                    escaped(lines.get(i).name));
        }
        return text.append("</svg>\n").toString();
    }

    private static void add(StringBuilder text, String form, Object... values) {
        text.append(String.format(Locale.ROOT, form.replace("%n", "\n"), values));
    }

    private static double x(double value, double from, double to) {
        return LEFT + (Math.log10(value) - from) / (to - from) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - Math.min(1, value / most) * (HEIGHT - TOP - BOTTOM);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
