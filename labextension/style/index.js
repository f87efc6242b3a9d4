import './base.css';
import './dialog.css';
