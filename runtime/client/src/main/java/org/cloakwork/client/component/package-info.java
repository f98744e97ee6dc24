/** The client as a component of OSGi: parts come and go, configurations make clients. */
package org.cloakwork.client.component;
