package org.cloakwork.launcher.felix;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.PartFactory;
import org.osgi.framework.Constants;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * A jar of {@code bundles/} as people name it.
 *
 * @param jar          where it is
 * @param symbolicName of the bundle
 * @param parts        that its components provide
 */
public record PartBundle(Path jar, String symbolicName, List<Part> parts) {

    private static final String OURS = "org.cloakwork.";

    /** Kind and name, as in {@code etc/cloakwork.cfg}. */
    public record Part(String kind, String name) {
    }

    public static PartBundle read(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String symbolicName = manifest == null ? null
                    : manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
            if (symbolicName == null) {
                throw new IOException(jar + ": not a bundle, its manifest has no " + Constants.BUNDLE_SYMBOLICNAME);
            }
            List<Part> parts = new ArrayList<>();
            String components = manifest.getMainAttributes().getValue("Service-Component");
            if (components != null) {
                for (String component : components.split(",")) {
                    if (file.getEntry(component.strip()) != null) {
                        try (InputStream in = file.getInputStream(file.getEntry(component.strip()))) {
                            addPart(in, parts);
                        }
                    }
                }
            }
            return new PartBundle(jar, symbolicName.split(";")[0].strip(), List.copyOf(parts));
        } catch (SAXException | ParserConfigurationException e) {
            throw new IOException(jar + ": " + e.getMessage(), e);
        }
    }

    private static void addPart(InputStream component, List<Part> parts)
            throws IOException, SAXException, ParserConfigurationException {
        DocumentBuilderFactory xml = DocumentBuilderFactory.newInstance();
        xml.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        xml.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        NodeList properties = xml.newDocumentBuilder().parse(component).getElementsByTagName("property");
        String kind = null;
        String name = null;
        for (int i = 0; i < properties.getLength(); i++) {
            Element property = (Element) properties.item(i);
            switch (property.getAttribute("name")) {
                case PartFactory.KIND_PROPERTY -> kind = property.getAttribute("value");
                case PartFactory.NAME_PROPERTY -> name = property.getAttribute("value");
                default -> {
                    // its own
                }
            }
        }
        if (kind != null && name != null) {
            parts.add(new Part(kind, name));
        }
    }

    /** {@return whether it is something to choose, not a library} */
    public boolean isChoosable() {
        return isOurs() || !parts.isEmpty();
    }

    private boolean isOurs() {
        return symbolicName.startsWith(OURS);
    }

    /**
     * {@return the name in lists: mostly that of its folder in the sources, so {@code cover-none} or {@code websocket}}
     */
    public String shownName() {
        return names().iterator().next();
    }

    /** {@return all names that mean this bundle and no other, the one for lists first} */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (Part part : parts) {
            if (part.kind().equals(PartKind.TRANSPORT.name())) {
                names.add(part.name());
            }
            names.add(part.kind() + "-" + part.name());
            names.add(part.kind() + ":" + part.name());
        }
        if (isOurs()) {
            names.add(symbolicName.substring(OURS.length()).replace('.', '-'));
        }
        names.add(symbolicName);
        return names;
    }
}
