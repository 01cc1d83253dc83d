"""The docker: what can be chosen, one button, one line of news. Runs inside Krita only."""

import threading
from pathlib import Path

from krita import DockWidget, DockWidgetFactory, DockWidgetFactoryBase, Krita
from PyQt5.QtCore import QBuffer, QByteArray, QIODevice, QTimer
from PyQt5.QtGui import QImage
from PyQt5.QtWidgets import QComboBox, QFileDialog, QFormLayout, QLabel, QLineEdit, QPushButton, QWidget

from .client import ADDRESS, ClientError, colorize
from .work import insert_answer, layer_names, request_of

SETTINGS = "stenciltorch"
NO_HINTS = "(none)"
POLL_MILLISECONDS = 100


class QtCodec:
    """PNG by Qt: BGRA is the memory of its ARGB32 on every machine that Krita runs on."""

    @staticmethod
    def encode(bgra, width, height):
        image = QImage(bgra, width, height, 4 * width, QImage.Format_ARGB32)
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.WriteOnly)
        image.save(buffer, "PNG", 80)
        return bytes(data)

    @staticmethod
    def decode(png):
        image = QImage.fromData(png).convertToFormat(QImage.Format_ARGB32)
        bits = image.constBits()
        bits.setsize(image.sizeInBytes())
        return bytes(bits), image.width(), image.height()


class StencilTorchDocker(DockWidget):
    """Colours the active layer's drawing."""

    def __init__(self):
        super().__init__()
        self.setWindowTitle("StencilTorch")
        self._answer = None
        self._document = None
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self.setWidget(self._page())
        self._fill_layers()

    def canvasChanged(self, canvas):
        """Krita calls this when another document comes to the front."""
        self._fill_layers()

    def _page(self):
        page, rows = QWidget(), QFormLayout()
        self._hints = QComboBox()
        self._by = QComboBox()
        self._by.addItems(["colour", "region"])
        self._address = QLineEdit(self._setting("address", ADDRESS))
        self._token = QLineEdit(self._setting("token", ""))
        self._token.setEchoMode(QLineEdit.Password)
        self._palette, self._light, self._shade = QLineEdit(), QLineEdit(), QLineEdit()
        self._light.setPlaceholderText("-45 (0 above, 90 right, -90 left)")
        self._shade.setPlaceholderText("1 (0 flat .. 2)")
        choose, self._button, refresh = QPushButton("Palette…"), QPushButton("Colour"), QPushButton("Refresh layers")
        self._news = QLabel("Click the layer with the lines.")
        self._news.setWordWrap(True)
        for label, field in (("Hints", self._hints), ("Layers by", self._by), ("", refresh), ("", choose)):
            rows.addRow(label, field)
        for label, field in (("Palette", self._palette), ("Light", self._light), ("Shade", self._shade)):
            rows.addRow(label, field)
        for label, field in (("Address", self._address), ("Token", self._token)):
            rows.addRow(label, field)
        rows.addRow(self._button)
        rows.addRow(self._news)
        choose.clicked.connect(self._choose_palette)
        refresh.clicked.connect(self._fill_layers)
        self._button.clicked.connect(self._start)
        page.setLayout(rows)
        return page

    @staticmethod
    def _setting(name, default):
        return Krita.instance().readSetting(SETTINGS, name, default)

    def _fill_layers(self):
        document, chosen = Krita.instance().activeDocument(), self._hints.currentText()
        self._hints.clear()
        self._hints.addItems([NO_HINTS, *(layer_names(document) if document else [])])
        usual = chosen if self._hints.findText(chosen) > 0 else "hints"
        self._hints.setCurrentIndex(max(0, self._hints.findText(usual)))

    def _choose_palette(self):
        path, _ = QFileDialog.getOpenFileName(self, "Palette", "", "Palettes (*.gpl *.aco *.ase *.json)")
        self._palette.setText(path)

    def _start(self):
        for name, field in (("address", self._address), ("token", self._token)):
            Krita.instance().writeSetting(SETTINGS, name, field.text())
        self._document = Krita.instance().activeDocument()
        hints = "" if self._hints.currentIndex() == 0 else self._hints.currentText()
        try:
            parts = request_of(self._document, QtCodec, hints, self._read_palette(), self._by.currentText())
            parts.update(self._light_parts())
        except ClientError as error:
            self._news.setText(str(error))
            return
        self._button.setEnabled(False)
        self._news.setText("Colouring…")
        self._answer = None
        arguments = (self._address.text(), self._token.text(), parts)
        threading.Thread(target=self._ask, args=arguments, daemon=True).start()
        self._timer.start(POLL_MILLISECONDS)

    def _light_parts(self):
        """What was entered; the studio says what cannot be."""
        fields = {"light": self._light, "shade": self._shade}
        return {name: field.text().strip() for name, field in fields.items() if field.text().strip()}

    def _read_palette(self):
        if not self._palette.text().strip():
            return b""
        try:
            return Path(self._palette.text().strip()).read_bytes()
        except OSError as error:
            raise ClientError(f"The palette cannot be read ({error.strerror}); choose another.") from error

    def _ask(self, address, token, parts):
        """In a thread of its own, so that Krita stays awake; touches no widget."""
        try:
            self._answer = colorize(address, token, parts)
        except ClientError as error:
            self._answer = error

    def _look(self):
        if self._answer is None:
            return
        self._timer.stop()
        self._button.setEnabled(True)
        if isinstance(self._answer, ClientError):
            self._news.setText(str(self._answer))
            return
        content, notices = self._answer
        insert_answer(self._document, QtCodec, content)
        self._news.setText(" ".join(["Done.", *notices]))


def register():
    factory = DockWidgetFactory("stenciltorch", DockWidgetFactoryBase.DockRight, StencilTorchDocker)
    Krita.instance().addDockWidgetFactory(factory)
